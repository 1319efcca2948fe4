--- The routes of the project as a quickfix list, or one to choose and jump to.
local M = {}

--- How often, and after how many milliseconds, the server is asked again while it still reads the project.
local TRIES, PAUSE = 50, 200

---@class flask_lsp.Route
---@field text string
---@field location lsp.Location?

--- `GET,POST` and the like; what cannot be told is `?`.
local function methods_of(route)
  return type(route.methods) == 'table' and table.concat(route.methods, ',') or '?'
end

local function present(value)
  return value ~= nil and value ~= vim.NIL
end

---@return flask_lsp.Route[]
local function rows(answer)
  local found, width, longest = {}, 3, 1
  for _, app in ipairs(answer.apps) do
    for _, route in ipairs(app.routes) do
      width, longest = math.max(width, #methods_of(route)), math.max(longest, #route.rule)
    end
  end
  for _, app in ipairs(answer.apps) do
    for _, route in ipairs(app.routes) do
      local text = ('%-' .. width .. 's  %-' .. longest .. 's  %s'):format(methods_of(route), route.rule, route.endpoint)
      if #answer.apps > 1 and present(app.name) then
        text = text .. '  (' .. app.name .. (present(app.file) and ' in ' .. app.file or '') .. ')'
      end
      local place = present(route.view) and present(route.view.location) and route.view.location or nil
      table.insert(found, { text = text, location = place })
    end
  end
  return found
end

---@param show fun(found: flask_lsp.Route[], client: vim.lsp.Client)
local function fetch(show, tries)
  local lsp = require('flask_lsp')
  lsp._ask('flask-lsp/routes', vim.empty_dict(), function(answer, client)
    if not answer.complete and tries > 0 then
      return vim.defer_fn(function()
        fetch(show, tries - 1)
      end, PAUSE)
    end
    local found = rows(answer)
    if #found == 0 then
      return lsp._say('no routes are found')
    end
    show(found, client)
  end)
end

--- Fills the quickfix list and opens it. Routes without a view of the project, as that of static files, lead nowhere.
function M.list()
  fetch(function(found, client)
    local items = {}
    for _, route in ipairs(found) do
      local item = { text = route.text, valid = 0 }
      if route.location then
        local place = vim.lsp.util.locations_to_items({ route.location }, client.offset_encoding)[1]
        item = { filename = place.filename, lnum = place.lnum, col = place.col, text = route.text }
      end
      table.insert(items, item)
    end
    vim.fn.setqflist({}, ' ', { title = 'Flask routes', items = items })
    vim.cmd('botright copen')
  end, TRIES)
end

--- Lets the user choose a route and jumps to its view.
function M.choose()
  fetch(function(found, client)
    local with_view = vim.tbl_filter(function(route)
      return route.location ~= nil
    end, found)
    vim.ui.select(with_view, {
      prompt = 'Flask routes',
      kind = 'flask_lsp.route',
      format_item = function(route)
        return route.text
      end,
    }, function(route)
      if route and vim.fn.has('nvim-0.11') == 1 then
        vim.lsp.util.show_document(route.location, client.offset_encoding, { focus = true })
      elseif route then
        vim.lsp.util.jump_to_location(route.location, client.offset_encoding)
      end
    end)
  end, TRIES)
end

return M
