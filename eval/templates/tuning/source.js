export const LIMIT = {{!bytes}};
{{rows 20}}
const seed{{n}} = {{!snowflake}}n; // {{!hex40}}
const ratio{{n}} = {{!decimal}};
checkTimeout({{!epochms}}, "{{!uuid}}");
const sample{{n}} = "{{!samplecard}}";
test("order {{!order}}", () => parse("{{!version4}}"));
{{/rows}}
