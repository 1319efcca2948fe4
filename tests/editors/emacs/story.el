;;; The story of README.md in Emacs without a screen  -*- lexical-binding: t -*-
;; CLIENT=eglot|lsp-mode emacs -q --batch -L editors/emacs -l story.el; the shop is the current folder.

(setq native-comp-enable-subr-trampolines nil make-backup-files nil create-lockfiles nil auto-save-default nil enable-local-variables nil
      flymake-no-changes-timeout 0.1 eldoc-idle-delay 0.1)
(when (fboundp 'package-initialize) (package-initialize))
(require 'cl-lib)
(require 'flymake)
(require 'flask-lsp)

(defconst story-root default-directory)
(defvar story-eglot (equal (getenv "CLIENT") "eglot"))
(defvar story-failed nil)

(defun story-say (form &rest values) (princ (concat (apply #'format form values) "\n")))

(defun story-wait (what condition &optional seconds)
  (let ((end (+ (float-time) (or seconds 90))) value)
    (while (and (not (setq value (progn (story-tell) (funcall condition)))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (unless value
      (error "Waited in vain for %s; found %S; the buffer is\n%s" what (story-codes) (buffer-string)))
    value))

(defun story-tell ()
  "Tells of changes.  Eglot does it when Emacs is idle, which it never is without a screen."
  (when story-eglot
    (ignore-errors (eglot--signal-textDocument/didChange))))

(defun story-findings ()
  "The texts of what is found in this buffer.  Without a screen, flymake does not take what lsp-mode has for it."
  (if story-eglot
      (mapcar #'flymake-diagnostic-text (flymake-diagnostics))
    (mapcar (lambda (each) (flask-lsp--get each "message"))
            (append (gethash (buffer-file-name) (lsp-diagnostics)) nil))))

(defconst story-texts
  '(("FL408" . "The session does not notice") ("FL901" . "This URL leads to") ("FL902" . "gives a string, which Flask")
    ("FL905" . "Text that is no number") ("FL301" . "Circular import")))

(defun story-codes ()
  (sort (cl-loop for text in (story-findings)
                 for code = (cl-loop for (code . words) in story-texts
                                     when (string-search words text) return code)
                 when code collect code)
        #'string<))

(defun story-expect (&rest codes)
  (story-wait codes
              (lambda () (equal (story-codes) codes))))

(defun story-open (file)
  (find-file (expand-file-name file story-root))
  (if story-eglot
      (eglot-ensure-here)
    (lsp))
  (flymake-mode 1))

(defun eglot-ensure-here ()
  (unless (and (eglot-current-server) (eglot-managed-p))
    (call-interactively #'eglot)))

(defun story-go (text)
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0)))

(defun story-action (title)
  "Chooses the action whose title has TITLE."
  (let ((before (buffer-string)))
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_ choices &rest _)
                 (let ((names (mapcar (lambda (each) (if (consp each) (car each) each))
                                      (if (functionp choices) (all-completions "" choices) choices))))
                   (or (seq-find (lambda (name) (string-search title name)) names)
                       (error "No action %s among %S" title names)))))
              ((symbol-function 'y-or-n-p) #'always))
      (if story-eglot
          (let ((last-nonmenu-event ?a)) ; by keys, not by the mouse
            (eglot-code-actions (point) (1+ (point)) nil t))
        (call-interactively #'lsp-execute-code-action)))
    (story-wait title (lambda () (not (equal (buffer-string) before))))))

(defun story-disk (file)
  (with-temp-buffer (insert-file-contents (expand-file-name file story-root)) (buffer-string)))

(defun story-hover ()
  (let ((answer (if story-eglot
                    (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))
                  (lsp-request "textDocument/hover" (lsp--text-document-position-params)))))
    (format "%S" (if (hash-table-p answer) (json-encode answer) answer))))

(defun story-append (text)
  (goto-char (point-max))
  (insert text))

(defconst story-steps
  `(("opened: the first findings"
     ,(lambda ()
        (let ((begin (float-time)))
          (story-open "shop/orders.py")
          (story-expect "FL408" "FL901" "FL902" "FL905" "FL905")
          (story-say "   figure: %d ms from opening to all findings, with the start of both servers"
                     (* 1000 (- (float-time) begin))))))
    ("hover tells why"
     ,(lambda ()
        (story-go "json.dumps")
        (forward-char 2)
        (cl-assert (string-search "json-dumps-response" (story-hover)) t (story-hover))))
    ("a quick fix, saved: the finding is gone"
     ,(lambda ()
        (story-go "json.dumps")
        (story-action "Return `jsonify(...)`")
        (save-buffer)
        (cl-assert (string-search "return jsonify(" (story-disk "shop/orders.py")))
        (story-expect "FL408" "FL901" "FL905" "FL905")))
    ("fix all"
     ,(lambda ()
        (flask-lsp-fix-all)
        (story-wait "the fixes" (lambda () (string-search "session.modified = True" (buffer-string))))
        (story-expect)
        (save-buffer)))
    ("a rule is explained"
     ,(lambda ()
        (flask-lsp-explain "fl501")
        (cl-assert (string-search "FL501" (with-current-buffer "*Flask rule*" (buffer-string))))))
    ("a circular import, fixed in three files"
     ,(lambda ()
        (let ((begin (float-time)))
          (story-open "shop/models.py")
          (story-expect "FL301")
          (story-say "   figure: %d ms from opening another file to its findings" (* 1000 (- (float-time) begin))))
        (story-go "db\n")
        (story-action "Move `db` to `extensions.py`")
        (save-some-buffers t)
        (story-expect)
        (cl-assert (string-search "db = SQLAlchemy()" (story-disk "shop/extensions.py")))
        (cl-assert (string-search "db.init_app(app)" (story-disk "shop/__init__.py")))
        (cl-assert (let ((default-directory story-root)) (zerop (call-process (expand-file-name ".venv/bin/python" story-root) nil nil nil "-c" "import shop"))))))
    ("a syntax error: the other findings stay"
     ,(lambda ()
        (story-open "shop/orders.py")
        (story-append "\n\n@bp.route(\"/old\")\ndef old():\n    return redirect(\"/orders/products\")\n")
        (story-expect "FL901")
        (let ((end (point-max)))
          (story-append "\n\ndef broken(:\n")
          (story-wait "the syntax error of the other server"
                      (lambda () (> (length (story-findings)) 1)))
          (story-expect "FL901")
          (delete-region end (point-max)))))
    ("silenced by an action"
     ,(lambda ()
        (story-go "\"/orders/products\"")
        (story-action "Disable FL901 for this line")
        (story-expect)
        (cl-assert (string-search "# noqa: FL901" (buffer-string)))
        (save-buffer)))
    ("settings, changed while it runs"
     ,(lambda ()
        (story-append "\n\n@bp.route(\"/older\")\ndef older():\n    return redirect(\"/orders/products\")\n")
        (story-expect "FL901")
        (story-settings '(:ignore ["FL9"]))
        (story-expect)
        (story-settings '(:ignore []))
        (story-expect "FL901")))
    ("started again"
     ,(lambda ()
        (if story-eglot
            (eglot-reconnect (eglot-current-server))
          (lsp-workspace-restart (seq-find (lambda (each) (eq 'flask-lsp (lsp--workspace-server-id each)))
                                           (lsp-workspaces))))
        (story-append "# more\n")
        (story-expect "FL901")))
    ("killed in the middle of an edit: nothing is lost"
     ,(lambda ()
        (let ((text (buffer-string)))
          (story-kill)
          (story-append "# typed while it died\n")
          (story-revive)
          (story-append "# typed when it was back\n")
          (story-expect "FL901")
          (cl-assert (equal (buffer-string) (concat text "# typed while it died\n# typed when it was back\n")))
          (save-buffer))))
    ("routes"
     ,(lambda ()
        (flask-lsp-routes)
        (with-current-buffer "*Flask routes*"
          (story-say "   %s" (string-trim (replace-regexp-in-string "\n" "\n   " (buffer-string))))
          (goto-char (point-min))
          (search-forward "orders.add_to_cart")
          (flask-lsp-visit))
        (cl-assert (looking-at "add_to_cart") t (thing-at-point 'line))))
    ("two hundred characters, typed quickly"
     ,(lambda ()
        (let ((text (concat "\n\n@bp.route(\"/typed\")\ndef typed(): "
                            (apply #'concat (make-list 20 "x = 1; "))
                            "return str(int(request.args.get(\"page\", 1)))\n")))
          (goto-char (point-max))
          (seq-do (lambda (character)
                    (insert character)
                    (accept-process-output nil 0.005))
                  text)
          (story-expect "FL901" "FL905")
          (cl-assert (string-suffix-p text (buffer-string))))))))

(defun story-kill ()
  "Ends the flask-lsp that this Emacs has started, itself or by way of rass."
  (let ((mine (list (emacs-pid))) (all (mapcar (lambda (id) (cons id (process-attributes id))) (list-system-processes))))
    (dotimes (_ 4)
      (dolist (each all)
        (when (and (memq (alist-get 'ppid (cdr each)) mine) (not (memq (car each) mine)))
          (push (car each) mine))))
    (dolist (each all)
      (when (and (memq (car each) (butlast mine))
                 (string-search (concat (getenv "SERVER") " server") (or (alist-get 'args (cdr each)) ""))
                 (not (string-search "rass" (alist-get 'args (cdr each)))))
        (signal-process (car each) 'kill)))))

(defun story-settings (settings)
  (if story-eglot
      (progn
        (setq-default eglot-workspace-configuration `(:flask-lsp ,settings))
        (eglot-signal-didChangeConfiguration (eglot-current-server)))
    (story-lsp-settings settings)))

(defun story-lsp-settings (settings)
  (setq flask-lsp-settings settings)
  (lsp--set-configuration (lsp-configuration-section "flask-lsp")))

(defun story-revive ()
  (if story-eglot
      (progn (story-wait "its end" (lambda () (not (eglot-current-server))))
             (call-interactively #'eglot))
    (story-wait "its end" (lambda () (not (seq-find (lambda (each) (eq 'flask-lsp (lsp--workspace-server-id each)))
                                                    (lsp-workspaces)))))
    (lsp)))

(setq flask-lsp-command (list (getenv "SERVER") "server"))
(if story-eglot
    (progn
      (require 'eglot)
      (setq eglot-sync-connect 60 eglot-connect-timeout 60 eglot-autoreconnect nil eglot-confirm-server-initiated-edits nil
            eglot-confirm-server-edits nil
            flask-lsp-other-server (list (getenv "JEDI")))
      (add-to-list 'exec-path (file-name-directory (getenv "RASS"))))
  (require 'lsp-mode)
  (require 'lsp-diagnostics)
  (require 'lsp-modeline)
  (setq lsp-diagnostics-provider :flymake lsp-auto-guess-root t lsp-enable-file-watchers nil lsp-restart 'ignore
        lsp-lens-enable nil lsp-enable-snippet nil lsp-headerline-breadcrumb-enable nil lsp-enable-folding nil
        lsp-modeline-code-actions-enable nil lsp-modeline-diagnostics-enable nil lsp-enable-symbol-highlighting nil
        lsp-idle-delay 0.1 lsp-warn-no-matched-clients nil)
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (list (getenv "JEDI")))
                    :activation-fn (lsp-activate-on "python") :server-id 'jedi :priority 2)))

(story-say "Emacs %s, %s" emacs-version (getenv "CLIENT"))
(dolist (step story-steps)
  (unless story-failed
    (condition-case problem
        (progn (funcall (cadr step)) (story-say "ok   %s" (car step)))
      (t (setq story-failed t)
             (story-say "FAIL %s: %s" (car step) (error-message-string problem))))))
(kill-emacs (if story-failed 1 0))
