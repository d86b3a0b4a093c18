import hashlib
{{rows 20}}
ORDER_{{n}} = "{{!order}}"
EXPECTED = [{{!decimal}}, {{!bigdecimal}}, {{!scientific}}]
assert hashlib.md5(b"{{n}}").hexdigest() == "{{!hex32}}"
TS = {{!epochms}}  # {{!hex40}}
CARD = "{{!samplecard}}"  # published test number
PHONE = "{{!samplemobile}}"
{{/rows}}
