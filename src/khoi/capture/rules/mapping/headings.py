"""What people call the columns of a list of leads."""

#: field → headings, folded; after the bar the Vietnamese ones.
HEADINGS = {
    "person_name": (
        "full name, name, display name, person name, your name, lead full name, contact full name, contact name, "
        "contact, lead name, customer name, client name, contact person | ho ten, ho va ten, ho ten khach hang, ten "
        "khach hang, ten khach, ten lien he, nguoi lien he, khach hang, ten, ten day du, hoc vien, ten hoc vien, ho "
        "va ten khach hang, ten nguoi lien he, ho ten nguoi lien he, ten kh, ten hien thi, ten zalo, ho ten kh, ten "
        "phu huynh, ten lead"
    ),
    "family_name": "last name, family name, surname | ho, ho va ten dem, ho dem, ho lot, ho va dem",
    "middle_name": "middle name, additional name | ten dem, ten lot",
    "given_name": "first name, given name | ten goi",
    "job_title": "job title, position, title, organization title, designation, occupation | chuc vu, chuc danh, vi tri",
    "email": (
        "email, e mail, mail, email address, e mail address, work email, user email, primary email, business email, "
        "contact email, personal email, email 1 | thu dien tu, dia chi email, hop thu, hop thu dien tu, email lien "
        "he, email khach hang"
    ),
    "phone": (
        "phone, phone number, mobile, mobile phone, mobile number, telephone, tel, cell, cell phone, contact number, "
        "user phone, primary phone, work phone, business phone, phone no, mobile no, phone 1, whatsapp, zalo | dien "
        "thoai, so dien thoai, sdt, so dt, dt, di dong, so di dong, dtdd, so zalo, dien thoai di dong, so dien thoai "
        "khach hang, dien thoai 1, so dien thoai 1, sdt khach hang, dien thoai lien he, sdt lien he, sdt zalo"
    ),
    "company": (
        "company, company name, organization, organisation, account, account name, business, business name, "
        "organization name, organisation name, company account, employer | cong ty, ten cong ty, doanh nghiep, ten "
        "doanh nghiep, don vi, to chuc, co quan, noi lam viec, ten to chuc, cong ty to chuc, cty, ten cty"
    ),
    "industry": (
        "industry, sector, business type | nganh, nganh nghe, linh vuc, linh vuc kinh doanh, nganh nghe kinh doanh, "
        "linh vuc hoat dong"
    ),
    "employees": "employees, number of employees, no of employees, company size | so nhan vien, quy mo nhan su",
    "region": (
        "region, province, city, state, state region, state province | tinh, thanh pho, tinh thanh, tinh thanh pho, "
        "khu vuc, dia phuong"
    ),
    "need": (
        "need, needs, interest, interested in, product interest, products of interest | nhu cau, quan tam, san pham "
        "quan tam, dich vu quan tam, san pham dich vu quan tam"
    ),
    "note": (
        "note, notes, comment, comments, description, message, remarks | ghi chu, mo ta, noi dung, loi nhan, tin "
        "nhan, yeu cau, noi dung tu van, noi dung lien he, ghi chu khach hang, dien giai"
    ),
    "source": (
        "source, lead source, original source | nguon, nguon khach, nguon khach hang, nguon lead, nguon data, nguon "
        "khach hang tiem nang, nguon kh, nguon goc"
    ),
    "channel": "channel | kenh, kenh lien he",
    "campaign": "campaign, campaign name, utm campaign | chien dich, ten chien dich",
    "landing_page": "landing page, landing page url | trang dich",
    "referrer": "referrer, referer",
    "owner": (
        "owner, lead owner, contact owner, assigned to, sales rep, salesperson, responsible, responsible person, "
        "assignee, assigned user | nguoi phu trach, phu trach, nhan vien phu trach, nhan vien kinh doanh, nguoi so "
        "huu, sale phu trach, nhan vien sale, tu van vien, nhan vien tu van, nguoi tiep nhan, nv phu trach, nvkd, "
        "chu so huu"
    ),
    "arrived_at": (
        "date, created, created at, created on, created date, create date, date created, date added, submitted at, "
        "timestamp, received at, created time, create time, creation date, created on date, time created, lead "
        "created, lead submit time, submit time, submission date, submitted on, date submitted, registration date, "
        "added on, added time, signup date | ngay, ngay tao, ngay nhan, ngay gui, ngay dang ky, ngay lien he, ngay "
        "gap, ngay den, thoi gian, thoi gian tao, dau thoi gian, thoi gian dang ky, thoi gian gui, ngay nhap, ngay "
        "tiep nhan, ngay gio, ngay gio tao, ngay phat sinh, ngay quan tam"
    ),
}
#: The whole of a heading alone means the field: inside a longer one they mean something else.
WHOLE = {"khach hang", "ngay nhap", "ngay gio", "ngay phat sinh", "chu so huu", "to chuc"}
#: A heading that begins so tells of a moment, whatever else is in it.
OF_TIME = ("ngay ", "thoi gian ", "thoi diem ", "date ", "time ")
#: Beside one who is the contact the customer is a company.
CUSTOMERS = {"ten khach hang", "khach hang", "customer name", "client name"}
CONTACTS = {
    "nguoi lien he",
    "ten nguoi lien he",
    "ho ten nguoi lien he",
    "ten lien he",
    "contact name",
    "contact person",
}
