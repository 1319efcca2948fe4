from .views import blog
