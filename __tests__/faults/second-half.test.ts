import { plantAll } from './half.ts'
import { secondHalf } from './table.ts'

plantAll(secondHalf)
