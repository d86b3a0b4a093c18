# 造数脚本
TRACE = "{{!hex32}}"
rows = [
{{rows 6}}
    {"name": "{{name}}", "id_card": "{{id}}", "phone": "{{mobile}}", "bank_card": "{{card}}", "order": "{{!order}}", "ts": {{!epochms}}},
{{/rows}}
]
