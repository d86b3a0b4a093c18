CREATE TABLE `cust` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT COMMENT '主键',
  `name` varchar(64) DEFAULT NULL COMMENT '姓名',
  `id_card` varchar(18) DEFAULT NULL COMMENT '身份证号',
  `mobile` varchar(11) DEFAULT NULL COMMENT '手机号',
  `password` varchar(128) DEFAULT NULL COMMENT '登录密码',
  `secret_level` varchar(8) DEFAULT NULL COMMENT '密级：绝密 机密 秘密'
) ENGINE=InnoDB AUTO_INCREMENT={{!snowflake}};
{{rows 60}}
INSERT INTO `trade_log` (`trade_no`, `order_no`, `sku`, `ean`, `ts`) VALUES ('{{!order}}', '{{!batch}}', '{{!sku}}', '{{!ean}}', {{!epochms}});
{{/rows}}
