-- {{internal:label}}
-- {{city}}分行数据脚本 {{date}}
SELECT 1;
UPDATE batch SET st = 1 WHERE no = '{{!order}}';
