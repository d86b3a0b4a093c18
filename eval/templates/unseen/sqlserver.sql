SET IDENTITY_INSERT [dbo].[Customer] ON
GO
{{rows 6}}
INSERT [dbo].[Customer] ([Id], [CustomerName], [IdentityCard], [Telephone], [BankCardNo], [OrderNo]) VALUES (N'{{!snowflake}}', N'{{name}}', N'{{id}}', N'{{mobile}}', N'{{card}}', N'{{!order}}')
GO
{{/rows}}
