REM INSERTING into CORE.T_CUST_BASE
SET DEFINE OFF;
{{rows 6}}
Insert into CORE.T_CUST_BASE (CUST_ID,CUST_NM,CERT_TP,CERT_NO,MOB_NO,FAMILY_ADDR,CRT_TM) values ('{{!snowflake}}','{{name}}','101','{{id}}','{{mobile}}','{{address}}',to_date('{{date}}','YYYY-MM-DD'));
{{/rows}}
UPDATE CORE.T_CUST_BASE SET MOB_NO='{{mobile}}' WHERE CERT_NO='{{id}}' AND TRACE_NO='{{!order}}';
SELECT * FROM CORE.T_TXN WHERE TXN_NO IN ('{{!order}}','{{!order}}','{{!snowflake}}','{{!batch}}');
