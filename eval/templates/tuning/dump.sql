-- MySQL dump
CREATE TABLE `customer` (
  `cust_no` bigint(20) NOT NULL,
  `cust_name` varchar(64) DEFAULT NULL COMMENT '客户姓名',
  `cert_no` varchar(18) DEFAULT NULL COMMENT '身份证号',
  `mobile` varchar(11) DEFAULT NULL COMMENT '手机号',
  `card_no` varchar(19) DEFAULT NULL COMMENT '卡号',
  `update_time` bigint(13) DEFAULT NULL
);
{{rows 10}}
INSERT INTO `customer` VALUES ({{!snowflake}},'{{name:cell?}}','{{id:cell}}','{{mobile:cell}}','{{card:cell}}',{{!epochms}});
{{/rows}}
