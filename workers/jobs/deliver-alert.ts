import type { Handler } from '../handler.ts'
export const deliverAlert: Handler<'deliver-alert'> = () => Promise.resolve({ status: null })
