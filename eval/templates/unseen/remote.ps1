$user = "svc"
$password = "{{password}}"
$conn = "Server={{!ip}};Database=core;Uid=sa;Pwd={{password}};"
$id = "{{!uuid}}"; $ts = {{!epochms}}; $h = "{{!hex40}}"
if ($password -eq $null) { Write-Host "password required" }
