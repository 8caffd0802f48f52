import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
function safeJson(value,indent){return JSON.stringify(value,null,indent).replace(new RegExp("[\\u007f-\\u009f\\u2028\\u2029]|\\p{Cf}","gu"),character=>Array.from({length:character.length},(_,unit)=>`\\u${character.charCodeAt(unit).toString(16).padStart(4,"0")}`).join(""))}export{safeJson};
