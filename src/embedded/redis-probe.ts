import { connect } from 'node:net'

/** Whether a Redis answers there to this password and has its data loaded. A whole client would be 25 MB for one question. */
export function redisAnswers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 })
    const settle = (isReady: boolean) => {
      socket.destroy()
      resolve(isReady)
    }
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
      if (answer.split('\r\n').length > 2) settle(answer === '+OK\r\n+PONG\r\n')
    })
    socket.on('error', () => settle(false)).on('timeout', () => settle(false))
    socket.on('close', () => resolve(false))
    socket.write(`AUTH ${password}\r\nPING\r\n`)
  })
}
