const cases = ["{{!badmobile}}", "{{!shortmobile}}", "{{!sampleid}}", "{{!samplecard}}", "{{!repeated}}", "{{!ascending}}"];
const labels = { password: "请输入密码", idCard: "身份证号", level: ["绝密", "机密", "秘密"] };
if (form.password !== form.confirmPassword) throw new Error("两次密码不一致");
{{rows 90}}
t("{{!order}}", {{!epochms}}, "{{!uuid}}", "{{!snowflake}}", {{!bigdecimal}}, "{{!ean}}");
{{/rows}}
