-- The command :FlaskLsp. What it does is loaded when it is used.

if vim.g.loaded_flask_lsp then
  return
end
vim.g.loaded_flask_lsp = true

vim.api.nvim_create_user_command('FlaskLsp', function(call)
  require('flask_lsp.command').run(call.fargs)
end, {
  nargs = '+',
  desc = 'Routes, repairs and explanations of flask-lsp',
  complete = function(...)
    return require('flask_lsp.command').complete(...)
  end,
})

-- A server that has died is started again as it was.
vim.api.nvim_create_autocmd('LspAttach', {
  group = vim.api.nvim_create_augroup('flask_lsp', {}),
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'flask_lsp' then
      require('flask_lsp').attached(event.buf, client)
    end
  end,
})
