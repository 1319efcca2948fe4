;;; flask-lsp.el --- Finds, explains and repairs Flask mistakes  -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Registers the language server flask-lsp with lsp-mode, where it runs beside other servers, and with eglot, and adds
;; what neither offers by itself:
;;
;;   M-x flask-lsp-routes     all routes of the project; RET jumps to the view
;;   M-x flask-lsp-fix-all    applies all safe fixes to the buffer
;;   M-x flask-lsp-explain    the documentation of a rule
;;
;; See README.md.

;;; Code:

(require 'seq)
(require 'subr-x)
(require 'tabulated-list)
(require 'url-parse)
(require 'url-util)

(declare-function eglot-current-server "eglot")
(declare-function eglot-code-actions "eglot")
(declare-function jsonrpc-request "jsonrpc")
(declare-function lsp-request "lsp-mode")
(declare-function lsp-execute-code-action-by-kind "lsp-mode")
(declare-function lsp-register-client "lsp-mode")
(declare-function lsp-register-custom-settings "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function lsp-activate-on "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(defvar lsp-mode)
(defvar eglot-server-programs)

(defgroup flask-lsp nil
  "The language server for Flask."
  :group 'tools)

(defcustom flask-lsp-command '("flask-lsp" "server")
  "What starts the server."
  :type '(repeat string))

(defcustom flask-lsp-other-server nil
  "A server for Python that shall run beside flask-lsp under eglot, as a list of strings.
Eglot has one server for a buffer, so that the program `rass' is
needed, which stands for both: `uv tool install rassumfrassum'."
  :type '(choice (const :tag "None" nil) (repeat string)))

(defcustom flask-lsp-settings nil
  "Settings of yours under lsp-mode, as a property list: (:preset \"strict\").
Under eglot they stand in `eglot-workspace-configuration'."
  :type 'plist)

(defun flask-lsp-eglot-contact (&rest _)
  "What eglot shall start for Python."
  (if flask-lsp-other-server
      `("rass" "--" ,@flask-lsp-command "--" ,@flask-lsp-other-server)
    flask-lsp-command))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons (if (fboundp 'python-ts-mode) '(python-mode python-ts-mode) 'python-mode)
                     #'flask-lsp-eglot-contact)))

(with-eval-after-load 'lsp-mode
  (dolist (key '(preset select ignore severity exclude per-file-ignores environment config-environment))
    (lsp-register-custom-settings
     `((,(format "flask-lsp.%s" key) ,(lambda () (plist-get flask-lsp-settings (intern (format ":%s" key))))))))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () flask-lsp-command))
                    :activation-fn (lsp-activate-on "python" "dockerfile")
                    :server-id 'flask-lsp
                    :add-on? t
                    :priority -1)))

;;; Asking the server, whichever client there is

(defun flask-lsp--request (method params)
  "What the server answers to METHOD with PARAMS, a property list."
  (cond ((bound-and-true-p lsp-mode) (lsp-request method params))
        ((and (fboundp 'eglot-current-server) (eglot-current-server))
         (jsonrpc-request (eglot-current-server) (intern (concat ":" method)) params))
        (t (user-error "No language server runs for this buffer"))))

(defun flask-lsp--get (object &rest names)
  "The member of OBJECT, as JSON has it, that NAMES lead to."
  (dolist (name names object)
    (setq object (cond ((hash-table-p object) (gethash name object))
                       ((listp object) (plist-get object (intern (concat ":" name))))))))

;;; Routes

(defvar-local flask-lsp--source nil
  "The buffer that was asked about its routes.")

(define-derived-mode flask-lsp-routes-mode tabulated-list-mode "Flask routes"
  "The routes of a project.  RET jumps to the view."
  (setq tabulated-list-format [("Methods" 10 t) ("Rule" 45 t) ("Endpoint" 0 t)])
  (add-hook 'tabulated-list-revert-hook #'flask-lsp--list-routes nil t)
  (tabulated-list-init-header))

(define-key flask-lsp-routes-mode-map (kbd "RET") #'flask-lsp-visit)

(defun flask-lsp--row (route)
  "A row of the list for ROUTE."
  (let ((methods (flask-lsp--get route "methods")))
    (list (flask-lsp--get route "view" "location")
          (vector (if methods (string-join (append methods nil) ",") "?")
                  (flask-lsp--get route "rule")
                  (flask-lsp--get route "endpoint")))))

(defun flask-lsp--list-routes ()
  "Fetches the routes into the current list.  Waits a little for a server that still reads the project."
  (let ((source flask-lsp--source) (tries 50) answer)
    (while (and (> tries 0)
                (not (eq t (flask-lsp--get
                            (setq answer (with-current-buffer source
                                           (flask-lsp--request "flask-lsp/routes" '(:watch :json-false))))
                            "complete"))))
      (setq tries (1- tries))
      (sleep-for 0.2))
    (setq tabulated-list-entries
          (seq-mapcat (lambda (app) (mapcar #'flask-lsp--row (append (flask-lsp--get app "routes") nil)))
                      (append (flask-lsp--get answer "apps") nil)))))

;;;###autoload
(defun flask-lsp-routes ()
  "Shows all routes of the project."
  (interactive)
  (let ((source (current-buffer)))
    (with-current-buffer (get-buffer-create "*Flask routes*")
      (flask-lsp-routes-mode)
      (setq flask-lsp--source source)
      (flask-lsp--list-routes)
      (tabulated-list-print)
      (pop-to-buffer (current-buffer)))))

(defun flask-lsp-visit ()
  "Jumps to the view of the route in this line."
  (interactive)
  (let ((place (tabulated-list-get-id)))
    (unless place
      (user-error "This route has no view in the project"))
    (find-file-other-window (flask-lsp--path (flask-lsp--get place "uri")))
    (goto-char (point-min))
    (forward-line (flask-lsp--get place "range" "start" "line"))
    (forward-char (flask-lsp--get place "range" "start" "character"))))

(defun flask-lsp--path (uri)
  "The path that URI stands for."
  (let ((path (decode-coding-string (url-unhex-string (url-filename (url-generic-parse-url uri))) 'utf-8)))
    (if (string-match-p "\\`/[A-Za-z]:" path) (substring path 1) path)))

;;; Fixes and explanations

;;;###autoload
(defun flask-lsp-fix-all ()
  "Applies all safe fixes to this buffer."
  (interactive)
  (if (bound-and-true-p lsp-mode)
      (lsp-execute-code-action-by-kind "source.fixAll.flask-lsp")
    (eglot-code-actions (point-min) (point-max) "source.fixAll.flask-lsp" t)))

;;;###autoload
(defun flask-lsp-explain (code)
  "Shows the documentation of the rule CODE."
  (interactive (list (read-string "Rule: " (when (thing-at-point-looking-at "\\<FL[0-9]+") (match-string 0)))))
  (let ((text (flask-lsp--request "workspace/executeCommand"
                                  `(:command "flask-lsp.explainRule" :arguments ,(vector (upcase code))))))
    (with-current-buffer (get-buffer-create "*Flask rule*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert text)
        (goto-char (point-min)))
      (when (fboundp 'markdown-view-mode) (markdown-view-mode))
      (view-mode)
      (display-buffer (current-buffer)))))

(provide 'flask-lsp)
;;; flask-lsp.el ends here
