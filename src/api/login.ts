import express, { type Response, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import type { KeyRing } from './key-ring.ts'
import { endedSession, type Sessions } from './sessions.ts'

const form = z.object({ key: z.string().max(200), next: z.string().max(2000).optional() })

/** Browsers log in by a form: a key is exchanged for a cookie. */
export function createLogin(keyRing: KeyRing, sessions: Sessions, limit: RequestHandler): Router {
  const router = Router()
  router.get('/login.css', (_req, res) => void res.type('text/css').send(loginStyle))
  router.get('/login', (_req, res) => void res.type('html').send(loginPage('/')))
  router.post('/login', limit, express.urlencoded({ extended: false, limit: '10kb' }), async (req, res) => {
    const given = form.safeParse(req.body)
    const next = localPath(given.data?.next)
    const principal = (await keyRing.next()).findByToken(given.data?.key.trim() ?? '')
    if (!principal) {
      sendLoginPage(res, next, 'This key does not open anything.')
      return
    }
    const isSecure = req.secure || req.headers['x-forwarded-proto'] === 'https'
    res.set('Set-Cookie', sessions.issue(principal.id, { isSecure })).redirect(303, next)
  })
  router.post('/logout', (_req, res) => {
    res.set('Set-Cookie', endedSession).redirect(303, '/login')
  })
  return router
}

/** The answer to a browser that may not see a page: the form, with the status of a refusal. */
export function sendLoginPage(res: Response, next: string, fault?: string): void {
  res
    .status(401)
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(loginPage(localPath(next), fault))
}

/** Only paths of this server: a login must not send anybody elsewhere. */
function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.startsWith('/login')
    ? path
    : '/'
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)!};`)

function loginPage(next: string, fault?: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in · Tidegauge</title>
<link rel="stylesheet" href="/login.css">
</head>
<body>
<main>
<h1>Tidegauge</h1>
<form method="post" action="/login">
<label for="key">Key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus placeholder="tg_…">
<input name="next" type="hidden" value="${escapeHtml(next)}">
${fault === undefined ? '' : `<p role="alert">${escapeHtml(fault)}</p>`}
<button>Log in</button>
</form>
<p>Keys are made on the server with <code>npx tidegauge keys create</code>.</p>
</main>
</body>
</html>
`
}

const loginStyle = `:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 1rem; }
main { width: min(24rem, 100%); }
form { display: grid; gap: 0.5rem; }
input, button { font: inherit; padding: 0.5rem; }
[role='alert'] { color: light-dark(#b00020, #ff8a80); margin: 0; }
`
