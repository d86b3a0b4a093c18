{{rows 5}}
UPDATE cust_info SET mobile_no = '{{mobile}}', cust_name = '{{name}}', addr = '{{address}}' WHERE cert_no = '{{id}}' AND acct_no = '{{card}}'; -- 工单 {{!ticket}}
SELECT * FROM trade t WHERE t.order_no IN ('{{!order}}', '{{!batch}}') AND t.uid = {{!snowflake}};
{{/rows}}
