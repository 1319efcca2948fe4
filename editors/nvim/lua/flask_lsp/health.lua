--- :checkhealth flask_lsp
local M = {}

local health = vim.health

--- The version that a program says it has.
---@param program string
---@return string? version
---@return string? problem
local function version(program)
  local ran, result = pcall(function()
    return vim.system({ program, '--version' }, { text = true }):wait(10000)
  end)
  if not ran then
    return nil, tostring(result)
  end
  if result.code ~= 0 then
    return nil, vim.trim(result.stderr or '')
  end
  return vim.trim(result.stdout)
end

---@param cmd any what the configuration says
local function check_program(cmd)
  if type(cmd) ~= 'table' then
    return health.info('The server is started by a function of yours.')
  end
  local path = vim.fn.exepath(cmd[1])
  if path == '' then
    return health.error(('`%s` is not found.'):format(cmd[1]), {
      'Install it: `uv tool install .` or `pipx install .` in a copy of its repository',
      'or say where it is: `vim.lsp.config("flask_lsp", { cmd = { "/path/to/flask-lsp", "server" } })`',
    })
  end
  local found, problem = version(path)
  if found then
    health.ok(('%s: %s'):format(path, found))
  else
    health.error(('`%s --version` fails: %s'):format(path, problem), 'Its Python may be gone: install flask-lsp again.')
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'flask_lsp' })
  if #clients == 0 then
    health.warn('No server is running.', 'Open a Python file. If one is open, the log that is named below tells more.')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_keys(client.attached_buffers or {})
    local info = client.server_info or {}
    health.ok(
      ('Running %s in `%s` for %d buffers, positions in %s.'):format(
        info.version or '(unknown)',
        client.root_dir or client.config.root_dir or 'no folder',
        #buffers,
        client.offset_encoding
      )
    )
  end
end

function M.check()
  health.start('flask_lsp')
  if vim.fn.has('nvim-0.10') == 0 then
    return health.error('Neovim 0.10 or newer is needed.')
  end
  if vim.fn.has('nvim-0.11') == 1 then
    local config = vim.lsp.config.flask_lsp
    if not config then
      return health.error('There is no configuration `flask_lsp`.', '`editors/nvim` must be in the runtimepath.')
    end
    check_program(config.cmd)
    if vim.lsp.is_enabled and not vim.lsp.is_enabled('flask_lsp') then
      health.warn('It is not enabled.', 'In your init.lua: `vim.lsp.enable("flask_lsp")`')
    end
  else
    local client = vim.lsp.get_clients({ name = 'flask_lsp' })[1]
    check_program(client and client.config.cmd or { 'flask-lsp' })
  end
  check_clients()
  health.info('Log: `' .. require('vim.lsp.log').get_filename() .. '`')
end

return M
