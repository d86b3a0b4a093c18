public class CustomerFixture {
    private static final String TRACE = "{{!hex32}}";
{{rows 4}}
    Customer c{{n}} = new Customer().setName("{{name?}}").setIdCard("{{id:label}}").setMobile("{{mobile:label}}").setCardNo("{{card:label}}");
    long id{{n}} = {{!snowflake}}L; String order{{n}} = "{{!order}}"; String sku{{n}} = "{{!ean}}"; long ts = {{!epochms}}L;
{{/rows}}
}
