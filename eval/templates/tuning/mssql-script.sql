USE [Core]
GO
{{rows 6}}
INSERT [dbo].[T_Member] ([ID], [RealName], [IdCardNo], [MobilePhone], [AcctNo], [FlowNo]) VALUES (N'{{!snowflake}}', N'{{name}}', N'{{id}}', N'{{mobile}}', N'{{card}}', N'{{!order}}')
{{/rows}}
GO
