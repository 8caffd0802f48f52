import { connect } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { createAnswerReader, type ReadAnswer } from './answer-reader.ts'
import type { Subject } from './subjects.ts'

/** @throws when a subject answers something else than the others: their speeds would not compare */
export async function expectSameAnswers(subjects: readonly Subject[]): Promise<number> {
  const answers = await Promise.all(
    subjects.map(async ({ name, process, request }) => ({ name, ...(await ask(process.url, request)) })),
  )
  const [model] = answers
  if (!model) throw new Error('there is nobody to ask')
  for (const { name, status, body } of answers) {
    if (status !== 200) throw new Error(`${name} answers ${status}: ${body}`)
    if (!isDeepStrictEqual(JSON.parse(body.toString()), JSON.parse(model.body.toString())))
      throw new Error(`${name} answers something else than ${model.name}`)
  }
  return model.body.length
}

function ask(url: string, request: Buffer): Promise<ReadAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request))
    const read = createAnswerReader((answer) => {
      resolve(answer)
      socket.destroy()
    })
    socket.on('data', read)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection ended before an answer')))
  })
}
