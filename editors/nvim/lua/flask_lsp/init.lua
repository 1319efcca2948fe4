--- What flask-lsp can do beyond what Neovim offers for any server.
local M = {}

local NAME = 'flask_lsp'
local FIX_ALL = 'source.fixAll.flask-lsp'
local HAS_CONFIG = vim.fn.has('nvim-0.11') == 1

--- How the server of each buffer was started.
---@type table<integer, vim.lsp.ClientConfig>
local started = {}

---@param text string
---@param level integer?
local function say(text, level)
  vim.notify('flask-lsp: ' .. text, level or vim.log.levels.INFO)
end

--- Methods of clients are called with a dot before Neovim 0.11.
---@param client vim.lsp.Client
---@param method string
local function call(client, method, ...)
  if HAS_CONFIG then
    return client[method](client, ...)
  end
  return client[method](...)
end

--- What lsp/flask_lsp.lua says, for a Neovim that does not read it by itself.
---@return table
local function defaults()
  local file = vim.api.nvim_get_runtime_file('lsp/flask_lsp.lua', false)[1]
  return assert(file and dofile(file), 'lsp/flask_lsp.lua is not in the runtimepath')
end

--- The folder in which the best marker lies: the first of the list counts most.
---@param buf integer
---@param markers string[]
local function root_of(buf, markers)
  for _, marker in ipairs(markers) do
    local root = vim.fs.root(buf, marker)
    if root then
      return root
    end
  end
end

--- Starts flask-lsp for Python files, those that are open too.
---@param config table? what vim.lsp.config() takes: cmd, settings, on_attach …
function M.setup(config)
  if HAS_CONFIG then
    vim.lsp.config(NAME, config or {})
    vim.lsp.enable(NAME)
    return
  end
  local all = vim.tbl_deep_extend('force', defaults(), config or {}, { name = NAME })
  local function start(buf)
    if vim.bo[buf].buftype == '' then
      all.root_dir = root_of(buf, all.root_markers)
      vim.lsp.start(vim.deepcopy(all), { bufnr = buf })
    end
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('flask_lsp.setup', {}),
    pattern = all.filetypes,
    callback = function(event)
      start(event.buf)
    end,
  })
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.list_contains(all.filetypes, vim.bo[buf].filetype) then
      start(buf)
    end
  end
end

--- Remembers how the server of a buffer was started.
---@param buf integer
---@param client vim.lsp.Client
function M.attached(buf, client)
  started[buf] = client.config
end

--- The client of a buffer, else any; says so where there is none.
---@param buf integer?
---@return vim.lsp.Client?
local function running(buf)
  local client = vim.lsp.get_clients({ name = NAME, bufnr = buf or 0 })[1] or vim.lsp.get_clients({ name = NAME })[1]
  if not client then
    say('no server is running; :checkhealth flask_lsp tells why', vim.log.levels.WARN)
  end
  return client
end

---@param method string
---@param params table?
---@param answered fun(result: any, client: vim.lsp.Client)
local function ask(method, params, answered)
  local client = running()
  if client then
    call(client, 'request', method, params, function(problem, result)
      if problem then
        say(problem.message, vim.log.levels.ERROR)
      else
        answered(result, client)
      end
    end)
  end
end

--- Applies all safe fixes to a buffer, and returns when that is done. For a mapping, or before a file is written.
---@param buf integer? the current one if left out
---@param timeout integer? milliseconds
---@return boolean whether something was repaired
function M.fix_all(buf, timeout)
  buf = (buf == nil or buf == 0) and vim.api.nvim_get_current_buf() or buf
  local client = vim.lsp.get_clients({ name = NAME, bufnr = buf })[1]
  if not client then
    return false
  end
  local last = vim.api.nvim_buf_line_count(buf)
  local answer = call(client, 'request_sync', 'textDocument/codeAction', {
    textDocument = { uri = vim.uri_from_bufnr(buf) },
    range = { start = { line = 0, character = 0 }, ['end'] = { line = last, character = 0 } },
    context = { diagnostics = {}, only = { FIX_ALL }, triggerKind = 2 },
  }, timeout or 3000, buf)
  local action = answer and answer.result and answer.result[1]
  if action and not action.edit then
    local resolved = call(client, 'request_sync', 'codeAction/resolve', action, timeout or 3000, buf)
    action = resolved and resolved.result
  end
  if not (action and action.edit) then
    return false
  end
  vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  return true
end

--- Shows the documentation of a rule; without a code that of the finding in this line.
---@param code string?
function M.explain(code)
  if not code then
    local line = vim.api.nvim_win_get_cursor(0)[1] - 1
    for _, diagnostic in ipairs(vim.diagnostic.get(0, { lnum = line })) do
      if diagnostic.source == 'flask-lsp' then
        code = diagnostic.code
      end
    end
  end
  if not code then
    return say('nothing is found in this line; name a rule: :FlaskLsp explain FL501', vim.log.levels.WARN)
  end
  ask('workspace/executeCommand', { command = 'flask-lsp.explainRule', arguments = { code:upper() } }, function(text)
    vim.lsp.util.open_floating_preview(vim.split(text, '\n'), 'markdown', {
      focus_id = 'flask_lsp',
      max_width = 100,
      wrap = true,
    })
  end)
end

--- Gives the running server other settings. Those in the configuration count again after a restart.
---@param settings table the keys of docs/settings.md
function M.configure(settings)
  for _, client in ipairs(vim.lsp.get_clients({ name = NAME })) do
    client.settings = vim.tbl_deep_extend('force', client.settings or {}, { ['flask-lsp'] = settings })
    call(client, 'notify', 'workspace/didChangeConfiguration', { settings = client.settings })
  end
end

--- Stops the server and starts it again, also one that has died, for all buffers that had it.
function M.restart()
  local clients = vim.lsp.get_clients({ name = NAME })
  for _, client in ipairs(clients) do
    call(client, 'stop')
  end
  local function start(patience)
    for _, client in ipairs(clients) do
      if not call(client, 'is_stopped') then
        if patience == 0 then
          call(client, 'stop', true)
        end
        return vim.defer_fn(function()
          start(patience - 1)
        end, 50)
      end
    end
    for buf, config in pairs(started) do
      if vim.api.nvim_buf_is_loaded(buf) then
        vim.lsp.start(config, { bufnr = buf })
      else
        started[buf] = nil
      end
    end
  end
  start(60)
end

M._ask, M._say = ask, say
return M
