import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { createOpenApiDocument } from '../api/openapi.ts'
import { routes } from '../api/routes/index.ts'

/** The types of the client, as source text, made from the routes themselves. */
export async function generateSchema(): Promise<string> {
  const document = JSON.stringify(createOpenApiDocument(routes, '0.0.0'))
  return COMMENT_HEADER + astToString(await openapiTS(document))
}
