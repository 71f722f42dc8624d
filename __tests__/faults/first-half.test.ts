import { plantAll } from './half.ts'
import { firstHalf } from './table.ts'

plantAll(firstHalf)
