import type { AppViewRoute, ControllerHandlerReturnType } from '@bull-board/api/typings/app'
import { ExpressAdapter } from '@bull-board/express'
import { ProblemError } from '../../errors.ts'

/** Bull Board's page loads its fonts from Google and brings inline styles; ours does neither. Refusals keep their words. */
export class LocalAdapter extends ExpressAdapter {
  override setEntryRoute(view: AppViewRoute): this {
    this.app[view.method](view.route, (_req, res, next) => {
      const { name, params } = view.handler({ basePath: this.basePath, uiConfig: this.uiConfig })
      res.render(name, params, (error: Error | null, html: string) => {
        if (error) next(error)
        else res.send(withoutForeignParts(html))
      })
    })
    return this
  }

  override setErrorHandler(handler: (error: Error) => ControllerHandlerReturnType): this {
    return super.setErrorHandler((error) =>
      error instanceof ProblemError
        ? { status: error.status as 409, body: { error: error.code, message: error.message } }
        : handler(error),
    )
  }
}

function withoutForeignParts(html: string): string {
  return html
    .replace(/<link [^>]*fonts\.googleapis\.com[^>]*>/, '')
    .replace(/(<div id="root">)[\s\S]*?(<script defer)/, '$1</div>$2')
}
