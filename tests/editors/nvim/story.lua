-- The story of README.md, in Neovim without a screen: what the buffer, the diagnostics and the disk hold is what counts.
-- SHOP=folder nvim --headless -u init.lua -S story.lua; the shop is also the current folder.

local HAS_CONFIG = vim.fn.has('nvim-0.11') == 1
local HERE = vim.env.SHOP -- the shop, maybe by way of a link

local function say(...)
  io.stdout:write(table.concat(vim.tbl_map(tostring, { ... }), ' ') .. '\n')
end

local notes = {}
vim.notify = function(text, level)
  table.insert(notes, text)
  say('   note:', text, level or '')
end

local deprecated = {}
vim.deprecate = function(name)
  table.insert(deprecated, name)
end

local function wait(what, condition, milliseconds)
  local begin = vim.uv.hrtime()
  local value
  local fine = vim.wait(milliseconds or 60000, function()
    value = condition()
    return value
  end, 10)
  if not fine then
    local seen = vim.tbl_map(function(d)
      return ('%s:%d %s'):format(d.code, d.lnum + 1, d.message)
    end, vim.diagnostic.get(nil))
    error('waited in vain for ' .. what .. '; found: ' .. vim.inspect(seen) .. '; notes: ' .. vim.inspect(notes), 2)
  end
  return (vim.uv.hrtime() - begin) / 1e6, value
end

local function text(buf)
  return table.concat(vim.api.nvim_buf_get_lines(buf or 0, 0, -1, false), '\n')
end

local function on_disk(name)
  return table.concat(vim.fn.readfile(HERE .. '/' .. name), '\n')
end

local function edit(name)
  vim.cmd.edit(vim.fn.fnameescape(HERE .. '/' .. name))
end

local function ours(buf)
  return vim.tbl_filter(function(d)
    return d.source == 'flask-lsp'
  end, vim.diagnostic.get(buf or 0))
end

--- The codes of the findings in a buffer, sorted.
local function codes(buf)
  local found = vim.tbl_map(function(d)
    return d.code
  end, ours(buf))
  table.sort(found)
  return table.concat(found, ' ')
end

local function expect(wanted, buf)
  return wait(wanted == '' and 'no finding' or wanted, function()
    return codes(buf) == wanted
  end)
end

local function go(pattern)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  assert(vim.fn.search(pattern, 'cW') > 0, 'nowhere: ' .. pattern)
end

local function act(title)
  local before = text()
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find(title, 1, true) ~= nil
    end,
  })
  wait('the action ' .. title, function()
    return text() ~= before
  end)
end

local function float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return window
    end
  end
end

--- What a floating window shows once it says `wanted`.
local function read_float(wanted)
  local shown
  wait('a window that says ' .. wanted, function()
    local window = float()
    shown = window and text(vim.api.nvim_win_get_buf(window))
    return shown and shown:find(wanted, 1, true)
  end)
  vim.api.nvim_win_close(float(), true)
  return shown
end

local function clients(name)
  return vim.lsp.get_clients({ name = name, bufnr = 0 })
end

local steps = {}
local function step(name, run)
  table.insert(steps, { name, run })
end

step('opened: the first findings', function()
  local begin = vim.uv.hrtime()
  edit('shop/orders.py')
  local first = wait('a finding', function()
    return #ours() > 0
  end)
  expect('FL408 FL901 FL902 FL905 FL905')
  say(('   figure: %d ms from opening to the first finding, %d ms to all, with the start of both servers'):format(
    first,
    (vim.uv.hrtime() - begin) / 1e6
  ))
  wait('both servers', function()
    return #clients('flask_lsp') == 1 and #clients('jedi') == 1 and clients('jedi')[1].initialized
  end)
end)

step('hover tells why', function()
  go('json.dumps')
  vim.lsp.buf.hover()
  local shown = read_float('jsonify')
  assert(shown:find('FL902', 1, true), shown)
end)

step('a quick fix, saved: the finding is gone', function()
  go('json.dumps')
  act('Return `jsonify(...)`')
  vim.cmd.write()
  assert(on_disk('shop/orders.py'):find('return jsonify(', 1, true))
  expect('FL408 FL901 FL905 FL905')
end)

step('the rule is explained', function()
  go('int(request')
  vim.cmd('FlaskLsp explain')
  assert(read_float('FL905'):find('request.args', 1, true))
  vim.cmd('FlaskLsp explain fl501')
  read_float('FL501')
end)

step('fix all', function()
  vim.cmd('FlaskLsp fix')
  assert(text():find('type=int', 1, true) and text():find('session.modified = True', 1, true), text())
  expect('')
  assert(not require('flask_lsp').fix_all())
  vim.cmd.write()
end)

step('a circular import, fixed in three files', function()
  edit('shop/models.py')
  say(('   figure: %d ms from opening another file to its findings'):format((expect('FL301'))))
  assert(ours()[1].user_data.lsp.relatedInformation, 'the chain is told')
  go('db$')
  act('Move `db` to `extensions.py`')
  vim.cmd.wall()
  expect('')
  assert(on_disk('shop/extensions.py'):find('db = SQLAlchemy()', 1, true), on_disk('shop/extensions.py'))
  assert(on_disk('shop/models.py'):find('from shop.extensions import db', 1, true))
  assert(on_disk('shop/__init__.py'):find('db.init_app(app)', 1, true))
  local ran = vim.system({ '.venv/bin/python', '-c', 'import shop; print(shop.app.url_map)' }, { text = true }):wait()
  assert(ran.code == 0, ran.stderr)
end)

step('a syntax error: the other findings stay', function()
  edit('shop/orders.py')
  vim.cmd('normal! G')
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', '', '@bp.route("/old")', 'def old():', '    return redirect("/orders/products")' })
  expect('FL901')
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', '', 'def broken(:' })
  -- jedi says nothing of files in folders with such names; we do.
  local silent = HERE:find('#', 1, true)
  wait('the syntax error', function()
    for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
      if diagnostic.source ~= 'flask-lsp' then
        return true
      end
    end
    return silent
  end)
  vim.wait(500)
  expect('FL901')
  vim.api.nvim_buf_set_lines(0, -4, -1, false, {})
end)

step('silenced by an action', function()
  go('"/orders/products"')
  act('Disable FL901 for this line')
  expect('')
  assert(text():find('# noqa: FL901', 1, true))
  vim.cmd.write()
end)

step('settings, changed while it runs', function()
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', '', '@bp.route("/older")', 'def older():', '    return redirect("/orders/products")' })
  expect('FL901')
  require('flask_lsp').configure({ severity = { FL901 = 'error' } })
  wait('another severity', function()
    return #ours() == 1 and ours()[1].severity == vim.diagnostic.severity.ERROR
  end)
  require('flask_lsp').configure({ ignore = { 'FL9' } })
  expect('')
  require('flask_lsp').configure({ ignore = {} })
  expect('FL901')
end)

step('started again', function()
  local id = clients('flask_lsp')[1].id
  vim.cmd('FlaskLsp restart')
  wait('a new server', function()
    local client = clients('flask_lsp')[1]
    return client and client.id ~= id and client.initialized
  end)
  expect('FL901')
end)

step('killed in the middle of an edit, and started again: nothing is lost', function()
  local client = clients('flask_lsp')[1]
  local before = text()
  for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
    local file = io.open('/proc/' .. pid .. '/cmdline')
    local command = file and file:read('*a') or ''
    if command:find(client.config.cmd[1], 1, true) then
      vim.uv.kill(pid, 'sigkill')
    end
  end
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# typed while it died' })
  wait('its end', function()
    return #clients('flask_lsp') == 0
  end)
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# typed while it was dead' })
  vim.cmd('FlaskLsp restart')
  expect('FL901')
  assert(text() == '# typed while it was dead\n# typed while it died\n' .. before)
  vim.api.nvim_buf_set_lines(0, 0, 2, false, {})
end)

step('routes', function()
  vim.cmd('FlaskLsp routes')
  wait('the quickfix list', function()
    return vim.fn.getqflist({ title = 0 }).title == 'Flask routes'
  end)
  local lines = vim.tbl_map(function(item)
    return item.text
  end, vim.fn.getqflist())
  say('   ' .. table.concat(lines, '\n   '))
  assert(table.concat(lines, '\n'):find('GET%s+/orders/products%s+orders.products'))
  vim.cmd.cclose()
  vim.ui.select = function(items, options, chosen)
    for _, item in ipairs(items) do
      if options.format_item(item):find('add_to_cart', 1, true) then
        chosen(item)
      end
    end
  end
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.cmd('FlaskLsp route')
  wait('the view', function()
    return vim.api.nvim_get_current_line():find('def add_to_cart', 1, true)
  end)
end)

step('two hundred characters, typed quickly', function()
  local typed = 'def typed():\n' .. ('x = 1; '):rep(20) .. '\npage = int(request.args.get("page", 1))\nreturn str(page)'
  assert(#typed >= 200, #typed)
  vim.cmd('normal! G')
  vim.bo.autoindent, vim.bo.indentexpr = false, ''
  local keys = 'o\r\r@bp.route("/typed")\r' .. typed:gsub('\n', '\r    ')
  for key in (keys .. '\27'):gmatch('.') do
    vim.api.nvim_feedkeys(key, 'n', false)
  end
  vim.api.nvim_feedkeys('', 'x', false)
  expect('FL901 FL905')
  assert(text():find(typed:gsub('\n', '\n    '), 1, true), text())
  vim.cmd('silent undo')
end)

step('what follows calls is said when typing pauses', function()
  vim.cmd.write()
  vim.fn.writefile(vim.split([[
from threading import Thread

from flask import Blueprint, current_app

bp = Blueprint("work", __name__)


def send():
    pass


@bp.route("/work")
def start():
    Thread(target=send).start()
    return "started"]], '\n'), HERE .. '/shop/work.py')
  edit('shop/work.py')
  expect('FL304')
  go('pass')
  for key in ('A; current_app.logger.info("sent")\27'):gmatch('.') do
    vim.api.nvim_feedkeys(key, 'n', false)
  end
  vim.api.nvim_feedkeys('', 'x', false)
  expect('FL102 FL304')
  vim.cmd('silent undo')
  expect('FL304')
  vim.cmd('bwipeout!')
  vim.uv.fs_unlink(HERE .. '/shop/work.py')
  edit('shop/orders.py')
end)

step('all safe fixes whenever a file is written, as the help says', function()
  local file = HERE .. '/shop/saved.py'
  vim.fn.writefile({ 'from flask import request', '', '', 'def view():', '    return int(request.args.get("page", 1))' }, file)
  edit('shop/saved.py')
  expect('FL905')
  local id = vim.api.nvim_create_autocmd('BufWritePre', {
    pattern = '*.py',
    callback = function(event)
      require('flask_lsp').fix_all(event.buf)
    end,
  })
  vim.cmd.write()
  vim.api.nvim_del_autocmd(id)
  assert(on_disk('shop/saved.py'):find('get("page", default=1, type=int)', 1, true), on_disk('shop/saved.py'))
  expect('')
  vim.cmd('bwipeout!')
  vim.uv.fs_unlink(file)
  edit('shop/orders.py')
end)

step('files renamed and deleted while open', function()
  vim.cmd.write()
  local file = vim.api.nvim_buf_get_name(0)
  vim.uv.fs_rename(file, HERE .. '/shop/sales.py')
  edit('shop/sales.py')
  expect('FL304 FL901') -- true: the application still imports it by its old name
  vim.uv.fs_unlink(HERE .. '/shop/sales.py')
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# still typed' })
  vim.wait(300)
  expect('FL304 FL901')
  vim.cmd.write({ bang = true })
  assert(on_disk('shop/sales.py'):find('# still typed', 1, true))
  assert(#clients('flask_lsp') == 1)
end)

step('three hundred files at once', function()
  vim.fn.mkdir(HERE .. '/many', 'p')
  local names = {}
  for number = 1, 300 do
    local name = ('many/view%03d.py'):format(number)
    table.insert(names, name)
    vim.fn.writefile({ 'from flask import request', '', '', 'def view():', '    return int(request.args.get("page", 1))' }, HERE .. '/' .. name)
  end
  local begin = vim.uv.hrtime()
  for _, name in ipairs(names) do
    local buf = vim.fn.bufadd(HERE .. '/' .. name)
    vim.fn.bufload(buf)
    vim.bo[buf].buflisted = true
    vim.bo[buf].filetype = 'python'
  end
  wait('a finding in each', function()
    for _, name in ipairs(names) do
      if codes(vim.fn.bufnr(HERE .. '/' .. name)) ~= 'FL905' then
        return false
      end
    end
    return true
  end, 180000)
  say(('   figure: %d ms for 300 files'):format((vim.uv.hrtime() - begin) / 1e6))
end)

step('a buffer without a name, and the file that it becomes', function()
  vim.cmd.enew()
  vim.bo.filetype = 'python'
  local lines = { 'from flask import Flask', '', 'app = Flask(__name__)', 'app.secret_key = "dev"' }
  vim.api.nvim_buf_set_lines(0, 0, -1, false, lines)
  vim.wait(300)
  vim.cmd.write(vim.fn.fnameescape(HERE .. '/named.py'))
  vim.cmd('bwipeout!') -- Neovim does not tell a server that a buffer got a name
  edit('named.py')
  assert(#clients('flask_lsp') == 1)
  wait('FL402', function()
    return codes():find('FL402', 1, true)
  end)
  assert(on_disk('named.py') == table.concat(lines, '\n'))
  vim.cmd('bwipeout!')
  vim.uv.fs_unlink(HERE .. '/named.py')
end)

step('health', function()
  vim.cmd('checkhealth flask_lsp')
  local shown = text()
  say('   ' .. shown:gsub('\n', '\n   '))
  assert(shown:find('Running', 1, true) and not shown:find('ERROR', 1, true), shown)
end)

step('health, where there is no server', function()
  local found = clients('flask_lsp')[1] or vim.lsp.get_clients({ name = 'flask_lsp' })[1]
  local cmd = found.config.cmd
  if HAS_CONFIG then
    vim.lsp.config('flask_lsp', { cmd = { '/nowhere/flask-lsp', 'server' } })
  else
    found.config.cmd = { '/nowhere/flask-lsp', 'server' }
  end
  vim.cmd('checkhealth flask_lsp')
  assert(text():find('`/nowhere/flask-lsp` is not found', 1, true), text())
  if HAS_CONFIG then
    vim.lsp.config('flask_lsp', { cmd = cmd })
  else
    found.config.cmd = cmd
  end
end)

step('help', function()
  vim.cmd('help flask-lsp')
  assert(text():find('FlaskLsp', 1, true))
  for _, tag in ipairs({ ':FlaskLsp', 'flask_lsp.setup()', 'flask_lsp.fix_all()', 'flask_lsp.configure()' }) do
    vim.cmd.help(tag)
  end
end)

step('nothing is used that Neovim will lose', function()
  assert(#deprecated == 0, vim.inspect(deprecated))
end)

local failed
for _, each in ipairs(steps) do
  local fine, problem = xpcall(each[2], debug.traceback)
  say(fine and 'ok  ' or 'FAIL', each[1])
  if not fine then
    say(problem)
    say(text())
    failed = true
    break
  end
end
say(HAS_CONFIG and 'by lsp/flask_lsp.lua' or 'by setup()', failed and 'FAILED' or 'passed')
vim.cmd(failed and 'cquit!' or 'qall!')
