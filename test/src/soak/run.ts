// npm run soak -- --minutes N [--pause MS] [--keep MINUTES]
import { parseArgs } from 'node:util'
import { runSoak } from './soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    pause: { type: 'string', default: '2500' },
    keep: { type: 'string', default: '1' },
  },
})
const [minutes, pauseMs, keepMinutes] = [Number(values.minutes), Number(values.pause), Number(values.keep)]
if (!(minutes > 0 && minutes <= 24 * 60 && pauseMs >= 100 && keepMinutes > 0)) {
  console.error('soak: --minutes is above 0 and a day at most, --pause 100 or more, --keep above 0')
  process.exit(2)
}
const result = await runSoak({ minutes, pauseMs, keepMinutes, say: (line) => console.log(line) })
for (const line of result.details) console.log(line)
const { messages, lost, doubled, bytesBefore, bytesAfter, bytesSteady, heapSlope, rssSlope } = result
console.log(
  `messages=${messages} lost=${lost} doubled=${doubled} ` +
    `database bytes/message=${Math.round(bytesBefore)} before pruning, ${Math.round(bytesAfter)} after, ` +
    `${Math.round(bytesSteady)} in the second half; ` +
    `second half: heap ${heapSlope.toFixed(1)}, rss ${rssSlope.toFixed(1)} bytes/message`,
)
process.exitCode = lost + doubled + result.details.length === 0 ? 0 : 1
