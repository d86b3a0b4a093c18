/** Style of the self-check report: readable on a screen, complete on A4 paper, no file beside it. */
export const pageStyle: string = `
:root{--ink:#1c2430;--soft:#5b6675;--line:#cdd4dd;--pale:#f4f6f9;--red:#b3261e;--amber:#9a5b00;--green:#1d6b3a;--blue:#24527a}
*{box-sizing:border-box}html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0;background:#e9edf2;color:var(--ink);font:14px/1.6 "Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei","PingFang SC","Source Han Sans SC",SimSun,sans-serif}
main{max-width:1040px;margin:24px auto;padding:40px 48px;background:#fff;box-shadow:0 1px 6px #0002}
h1{margin:0;text-align:center;font-size:28px;letter-spacing:.12em;font-weight:700}
h2{margin:32px 0 10px;padding-bottom:4px;border-bottom:2px solid var(--ink);font-size:18px}h3{margin:20px 0 6px;font-size:15px}
.handling{margin:6px 0 18px;text-align:center;color:var(--red);font-size:13px}
.note{color:var(--soft);font-size:12.5px;margin:6px 0}
table{width:100%;border-collapse:collapse;font-size:13px}th,td{border:1px solid var(--line);padding:4px 7px;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{background:var(--pale);font-weight:600}thead{display:table-header-group}
.facts th{width:9em;background:var(--pale);font-weight:600}.blank{display:inline-block;width:16em;border-bottom:1px solid var(--soft);height:1.2em}
.result{margin:10px 0;padding:12px 16px;border-left:6px solid;font-size:17px;font-weight:600;background:var(--pale)}
.result.violation{border-color:var(--red);color:var(--red)}.result.suspect,.result.unread{border-color:var(--amber);color:var(--amber)}.result.clean{border-color:var(--green);color:var(--green)}
.numbers{display:grid;grid-template-columns:repeat(4,1fr);gap:10px;margin:12px 0}.numbers.six{grid-template-columns:repeat(6,1fr)}.six .number b{font-size:20px}.number.new b,.number.reappeared b{color:var(--red)}.number.remaining b,.number.moved b,.number.not-examined b{color:var(--amber)}.number.put-right b{color:var(--green)}.number{border:1px solid var(--line);padding:8px;text-align:center}.number b{display:block;font-size:26px;line-height:1.2}.number span{color:var(--soft);font-size:12.5px}
.number.violation b{color:var(--red)}.number.suspect b,.number.unread b{color:var(--amber)}.number.examined b{color:var(--green)}
.duty{margin:12px 0;padding:10px 14px;border:2px solid var(--red);background:#fdf1f0}.duty b{margin-right:1em;color:var(--red)}
.questions td:first-child{width:2.2em;text-align:center}.questions td:nth-child(2){width:22%}.questions td:nth-child(3){width:15%}.answer{font-weight:600}.answer.found{color:var(--red)}.answer.not-found{color:var(--green)}.answer.not-examined{color:var(--amber)}
.filter{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;padding:8px 10px;margin:8px 0;border:1px solid var(--line);background:var(--pale);font-size:13px}.filter select,.filter input{font:inherit;max-width:14em}
.problems,.unread,.rectify,.compared,.rules,.formats,.severities,.versions,.areas,.sign{table-layout:fixed}
.chunk{content-visibility:auto}.chunk+.chunk .problems{border-top:0}.chunk+.chunk thead{display:none}.problems{font-size:12.5px}col.n{width:3.6em}col.place{width:15%}col.title{width:13%}col.evidence{width:20%}col.grade{width:6.2em}col.why{width:19%}col.basis{width:19%}col.detail{width:28%}col.ticks{width:7.5em}col.file{width:27%}col.measure{width:25%}col.id{width:15%}col.class{width:12%}col.name{width:24%}.compared col.n{width:5.2em}.formats col.name{width:16%}.severities td,.severities th{border-width:0 0 1px}.severities .bar{margin-top:4px}
.problems tbody th,.unread tbody th{background:#fafbfc;font-weight:600}.problems tbody b{margin-right:.8em}tbody i{margin-left:1em;color:var(--soft);font-style:normal;font-weight:400}
.problems tbody.v th{box-shadow:inset 4px 0 var(--red);color:var(--red)}.problems tbody.s th{box-shadow:inset 4px 0 #d98a00;color:var(--amber)}.problems tbody.r th{box-shadow:inset 4px 0 var(--line);color:var(--soft)}
.advice{float:right;color:var(--blue);font-weight:400}.tick{text-align:center;font-size:16px;line-height:1.2}
.rectify td{height:3em}.area{height:4.6em}.areas th,.sign th{width:9em;background:var(--pale)}.sign td{height:5.2em}.line{display:inline-block;width:7.5em;border-bottom:1px solid var(--soft);margin-left:.5em;height:1.7em}
.bar{display:flex;height:14px;background:var(--pale);overflow:hidden}.chart .bar{height:22px}.bar span{display:block}.legend span{display:inline-block;width:.9em;height:.9em;margin:0 .4em 0 1em;vertical-align:-1px}.legend span:first-child{margin-left:0}
.bar .info{background:#8a97a6}.full{background:#3c8d5a}.partial{background:#e0b040}.none{background:#c9623a}.textless{background:#b9c2cd}.bar .critical{background:#8c1510}.bar .high{background:#c9452f}.bar .medium{background:#dd9a3c}.bar .low{background:#b9a96a}
@media print{tr.m{display:none}@page{size:A4;margin:14mm 12mm}body{background:#fff;font-size:10.5pt}main{max-width:none;margin:0;padding:0 1px;box-shadow:none}.filter{display:none}.chunk{content-visibility:visible}.chunk+.chunk thead{display:table-header-group}table,.problems{font-size:9pt}h1{font-size:18pt}h2{break-after:avoid;font-size:12pt;margin:11pt 0 5pt}h3{break-after:avoid}tr{break-inside:avoid}.problems tbody tr:first-child,.unread tbody tr:first-child{break-after:avoid}section.long,.appendix{break-before:page}.signatures,.numbers,.duty,.questions tr{break-inside:avoid}.number b{font-size:18pt}.result{font-size:12.5pt}.note,.handling,.number span{font-size:9pt}h1+.handling{margin-bottom:8pt}.facts th,.facts td{padding:1px 6px}.questions td{padding:2px 6px;line-height:1.45}.result{margin:6px 0;padding:7px 12px}.numbers{margin:8px 0}.number{padding:4px}.duty{margin:8px 0;padding:7px 12px}}
@media(max-width:700px){main{padding:16px;margin:0}.numbers{grid-template-columns:repeat(2,1fr)}}
`.trim();

/** Filters the list of problems. Reads the page only; rows keep their order. */
export const pageScript: string = `(function(){"use strict";
var form=document.getElementById("filter");if(!form)return;
var get=function(id){return document.getElementById(id)},classes=form.dataset.classes.split(" ");
var list=function(from){return Array.prototype.slice.call(from)};
var chunks=list(get("problems").children).map(function(chunk){return{chunk:chunk,shown:true,files:list(chunk.firstElementChild.tBodies).map(function(body){return{body:body,verdict:body.className,path:body.rows[0].textContent.toLowerCase(),rows:list(body.rows).slice(1).map(function(row){return{row:row,rule:row.dataset.r,shown:true}}),shown:true}})}});
var output=get("fo"),timer;
function run(){
var verdict=get("fv").value,kind=get("fc").value,rule=get("fr").value,text=get("fp").value.trim().toLowerCase(),shownFiles=0,places=0,last="";
chunks.forEach(function(part){var some=false;
part.files.forEach(function(file){
var fits=(!verdict||file.verdict===verdict)&&(!text||file.path.indexOf(text)>=0),any=0;
if(fits)file.rows.forEach(function(one){var show=(!rule||one.rule===rule)&&(!kind||classes[one.rule]===kind);if(show)any++;if(show!==one.shown){one.row.hidden=!show;one.shown=show}});
fits=any>0;if(fits!==file.shown){file.body.hidden=!fits;file.shown=fits}
if(fits){some=true;if(file.path!==last)shownFiles++;last=file.path;places+=any}});
if(some!==part.shown){part.chunk.hidden=!some;part.shown=some}});
output.textContent=output.dataset.words.replace("#",shownFiles).replace("#",places)}
form.addEventListener("submit",function(event){event.preventDefault()});
form.addEventListener("input",function(){clearTimeout(timer);timer=setTimeout(run,120)});
run()})()`;
