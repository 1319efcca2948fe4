from .application import Shop, Small
