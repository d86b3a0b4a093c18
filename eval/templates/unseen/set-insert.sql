{{rows 5}}
INSERT INTO customer SET cust_no='{{!snowflake}}', cust_name='{{name}}', id_card='{{id}}', mobile='{{mobile}}', card_no='{{card}}';
{{/rows}}
SELECT '{{name?}}' AS xm, '{{id}}' AS sfzh, '{{mobile}}' AS sjh FROM dual;
DELETE FROM log WHERE seq IN ('{{!order}}','{{!batch}}','{{!snowflake}}');
