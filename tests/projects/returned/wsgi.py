from base import get_app, make
from site_app import create_site, module

app = make()
other = create_site()
module.attach(app)
