{{rows 4}}
curl -s -X POST "https://gw.bank.local/openapi/v1/verify4?reqNo={{!order}}" -H "X-Trace: {{!hex32}}" -d 'name={{name}}&idCard={{id}}&mobile={{mobile}}&bankCard={{card}}&ts={{!epochms}}'
curl "https://gw.bank.local/query?certNo={{id}}&phone={{mobile}}&nonce={{!uuid}}"
{{/rows}}
