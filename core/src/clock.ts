export { systemClock, type Clock } from '@pons/matrix'
