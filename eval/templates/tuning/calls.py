FIELDS = ["username", "password", "mobile", "id_card", "bank_card"]
{{rows 25}}
register("{{!uuid}}", {{!epochms}}, "{{!order}}", "{{!ean}}", "{{!snowflake}}");
{{/rows}}
