import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import pg from 'pg'

// The peer: Express and pg with nothing around them, in a process of its own as the API is.
const pool = new pg.Pool({ connectionString: process.argv[2]!, max: 10 })
const app = express().disable('x-powered-by')

app.get('/row/:id', async (req, res) => {
  const { rows } = await pool.query<Record<string, unknown>>(
    'select * from risk_scores where protocol_id = $1',
    [req.params.id],
  )
  res.json(rows[0])
})

app.post('/submission', express.json(), async (req, res) => {
  const { name, payload } = req.body as { name: string; payload: unknown }
  const id = randomUUID()
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(
      `insert into job_runs (id, name, queue, payload, origin, lane, state)
       values ($1, $2, 'anomaly', $3, 'api', 'user', 'queued')`,
      [id, name, JSON.stringify(payload)],
    )
    await client.query('insert into outbox (run_id) values ($1)', [id])
    await client.query('commit')
  } finally {
    client.release()
  }
  res.status(202).json({ id })
})

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
process.once('SIGTERM', () => {
  server.close(() => void pool.end())
  server.closeAllConnections()
})
