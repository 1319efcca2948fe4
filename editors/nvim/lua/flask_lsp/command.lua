--- The subcommands of :FlaskLsp.
local M = {}

local COMMANDS = {
  routes = function()
    require('flask_lsp.routes').list()
  end,
  route = function()
    require('flask_lsp.routes').choose()
  end,
  fix = function()
    if not require('flask_lsp').fix_all() then
      require('flask_lsp')._say('nothing here can be repaired without a look')
    end
  end,
  explain = function(code)
    require('flask_lsp').explain(code)
  end,
  restart = function()
    require('flask_lsp').restart()
  end,
}

---@param words string[]
function M.run(words)
  local command = COMMANDS[words[1]]
  if command then
    command(words[2])
  else
    require('flask_lsp')._say('no command ' .. words[1], vim.log.levels.ERROR)
  end
end

---@param start string what the word begins with
---@param line string
---@return string[]
function M.complete(start, line)
  local words = {}
  if line:match('^%s*%S+%s+explain%s') then
    for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
      if diagnostic.source == 'flask-lsp' then
        words[diagnostic.code] = true
      end
    end
  elseif line:match('^%s*%S+%s+%S*$') then
    words = COMMANDS
  end
  local found = vim.tbl_filter(function(word)
    return vim.startswith(word:lower(), start:lower())
  end, vim.tbl_keys(words))
  table.sort(found)
  return found
end

return M
