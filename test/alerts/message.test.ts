import { expect, it } from 'vitest'
import { messageOf } from '../../src/alerts/message.ts'

it('starts the message of an alert with a capital letter', () => {
  expect(messageOf(['volume × 8 in a day', 'TVL −38 % in a day'])).toBe(
    'Volume × 8 in a day; TVL −38 % in a day',
  )
  expect(messageOf([])).toBe('')
})
