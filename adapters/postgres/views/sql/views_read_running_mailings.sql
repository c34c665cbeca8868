select shop from views.mailings where state = 'running'
