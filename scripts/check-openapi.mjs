import { Validator } from '@seriousme/openapi-schema-validator'
import { createOpenApiDocument } from '../dist/src/api/openapi.js'
import { routes } from '../dist/src/api/routes/index.js'

// Lints the OpenAPI document of the built code: valid 3.1, and every operation named once, summed up, filed and answered.

const document = createOpenApiDocument(routes, '0.0.0')
// As it is served; the validator also writes into what it is given.
const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)))
const faults = valid ? [] : [`the document is not OpenAPI 3.1: ${JSON.stringify(errors)}`]

const names = new Map()
let operations = 0
for (const [path, methods] of Object.entries(document.paths))
  for (const [method, operation] of Object.entries(methods)) {
    operations++
    const where = `${method.toUpperCase()} ${path}`
    const { operationId, summary, tags = [], responses = {}, parameters = [] } = operation
    if (!operationId) faults.push(`${where}: has no operationId`)
    else if (names.has(operationId))
      faults.push(`${where}: is called ${operationId}, as ${names.get(operationId)} is`)
    names.set(operationId, where)
    if (!summary) faults.push(`${where}: has no summary`)
    if (tags.length === 0) faults.push(`${where}: is filed under no tag`)
    if (!Object.keys(responses).some((status) => /^[23]/.test(status)))
      faults.push(`${where}: has no answer that is a success`)
    const placeholders = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const name of placeholders)
      if (!parameters.some((parameter) => parameter.in === 'path' && parameter.name === name))
        faults.push(`${where}: does not describe {${name}}`)
  }

for (const fault of faults) console.error(fault)
console.log(`${operations} operations, ${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1
