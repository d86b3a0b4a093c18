{{rows 4}}
SELECT '{{name:cell?}}' AS 姓名, '{{id}}' AS 身份证号, '{{mobile}}' AS 手机号, '{{card}}' AS 卡号, '{{!order}}' AS 流水号 FROM dual UNION ALL
{{/rows}}
SELECT NULL, NULL, NULL, NULL, NULL FROM dual;
