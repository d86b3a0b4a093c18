/**
 * 联调用真实客户，上线前删除。
{{rows 4}}
 * {{name?}} {{id:label}} {{mobile:label}} {{card:label}}
{{/rows}}
 */
class Verify {
    static final long SERIAL = {{!snowflake}}L;
    // 客户：{{name}}，身份证：{{id}}，手机：{{mobile}}
    String trace = "{{!hex32}}"; // 订单 {{!order}}
    String ean = "{{!ean}}", uuid = "{{!uuid}}";
}
