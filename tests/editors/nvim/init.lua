-- The init.lua of somebody who has put editors/nvim into the runtimepath, and has jedi for Python.
vim.opt.runtimepath:prepend(vim.env.PLUGIN)
vim.cmd('filetype plugin on')
vim.opt.swapfile = false
vim.diagnostic.config({ virtual_text = true })
local server = { cmd = { vim.env.SERVER, 'server' } }
local jedi = { cmd = { vim.env.JEDI }, filetypes = { 'python' }, root_markers = { 'pyproject.toml' } }
if vim.fn.has('nvim-0.11') == 1 then
  vim.lsp.config('flask_lsp', server)
  vim.lsp.config('jedi', jedi)
  vim.lsp.enable({ 'flask_lsp', 'jedi' })
else
  require('flask_lsp').setup(server)
  vim.api.nvim_create_autocmd('FileType', {
    pattern = 'python',
    callback = function(event)
      vim.lsp.start({ name = 'jedi', cmd = jedi.cmd, root_dir = vim.fs.root(event.buf, jedi.root_markers) })
    end,
  })
end
