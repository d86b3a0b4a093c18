const MAX = 999999999999999999n;
const password = process.env.PASSWORD;
function checkPassword(password) { return password.length >= 8; }
const form = { password: "", mobile: "", idCard: "" };
const labels = { password: "密码", mobile: "手机号码", idCard: "身份证号码", secret: "机密" };
{{rows 90}}
register("{{!uuid}}", {{!epochms}}, "{{!order}}", "{{!ean}}", {{!decimal}}, "{{!snowflake}}");
{{/rows}}
