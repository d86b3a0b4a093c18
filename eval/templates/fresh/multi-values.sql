-- 导出时间 {{date}} {{time}}
INSERT INTO `cif_cust_base` (`cust_id`,`cust_nm`,`cert_no`,`mob_no`,`acct_no`,`addr`,`trace_no`) VALUES
{{rows 8}}
({{!snowflake}},'{{name:cell}}','{{id:cell}}','{{mobile:cell}}','{{card:cell}}','{{address:cell}}','{{!order}}'),
{{/rows}}
(0,NULL,NULL,NULL,NULL,NULL,NULL);
