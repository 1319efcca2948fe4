" flask-lsp for ALE.

call ale#Set('python_flask_lsp_executable', 'flask-lsp')
call ale#Set('python_flask_lsp_config', {})

call ale#linter#Define('python', {
\   'name': 'flask_lsp',
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'python_flask_lsp_executable')},
\   'command': '%e server',
\   'project_root': function('ale#python#FindProjectRoot'),
\   'lsp_config': {buffer -> {'flask-lsp': ale#Var(buffer, 'python_flask_lsp_config')}},
\})
