INSERT INTO t_user (user_id, real_name, id_card, phone, bank_card, create_time) VALUES
{{rows 10}}
({{!snowflake}}, '{{name:cell?}}', '{{id:cell}}', '{{mobile:cell}}', '{{card:cell}}', '{{date}} {{time}}'),
{{/rows}}
(0, '', '', '', '', NULL);
