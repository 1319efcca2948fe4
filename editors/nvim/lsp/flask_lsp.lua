---@brief
---
--- Finds, explains and repairs the mistakes that Flask developers make again and again.
---
--- `flask-lsp` is installed with `uv tool install .` or `pipx install .` in a copy of its repository. It runs beside the
--- server that you have for Python.

---@type vim.lsp.Config
return {
  cmd = { 'flask-lsp', 'server' },
  filetypes = { 'python', 'dockerfile', 'yaml.docker-compose' },
  root_markers = { 'pyproject.toml', 'setup.cfg', 'setup.py', 'requirements.txt', 'Pipfile', '.flaskenv', '.git' },
  settings = {
    ['flask-lsp'] = vim.empty_dict(),
  },
}
