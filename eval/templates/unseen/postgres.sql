COPY public.member (id, member_name, id_number, mobile_phone, card_num, batch_no, created) FROM stdin;
{{rows 8}}
{{n}}	{{name:cell}}	{{id:cell}}	{{mobile:cell}}	{{card:cell}}	{{!batch}}	{{!epochms}}
{{/rows}}
\.
INSERT INTO contact(cid, linkman, linkman_tel, linkman_addr) VALUES ({{!snowflake}}, '{{name:cell?}}', '{{mobile:cell}}', '{{address:cell}}') ON CONFLICT DO NOTHING;
