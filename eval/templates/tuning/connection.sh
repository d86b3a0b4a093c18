#!/bin/bash
export DB_HOST={{!ip}}
export DB_USER=app
export DB_PASSWORD='{{password}}'
mysql -h {{!ip}} -uroot -p{{password?}} core < dump.sql
curl -u admin:{{password?}} http://{{!ip}}/api?ts={{!epochms}}
echo "build {{!hex40}} at {{!order}}"
DB_URL="jdbc:sqlserver://{{!ip}};user=sa;password={{password}};encrypt=true"
: "${DB_PASSWORD:?password required}"
